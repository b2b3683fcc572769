/** A label's text as yes or no, as Istio reads it (Go's strconv.ParseBool): what is neither counts as no. */
export const isOn = (text: string): boolean => ["1", "t", "T", "TRUE", "true", "True"].includes(text);
