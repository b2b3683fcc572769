/**
 * An instant as the pages say it: `14:02:10`, with its day where that isn't today's. The lab's clock is the machine's,
 * so that for a while after midnight what has just been belongs to yesterday.
 */
export const INSTANT = String.raw`(?:\d{1,2} [A-Z][a-z]{2} )?\d\d:\d\d:\d\d`;
