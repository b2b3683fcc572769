/** The axis's room while it isn't there yet, so that the drawing is fitted once. */
export function AxisRoom() {
  return <div className="h-[106px] border-t border-line bg-raised" />;
}
