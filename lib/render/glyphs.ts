/** Small signs, drawn as strokes of about 14 × 14 units around the origin, so that they need no font. */

type Context = CanvasRenderingContext2D;

/** A cross: failing. */
export function cross(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x - size, y - size);
  c.lineTo(x + size, y + size);
  c.moveTo(x + size, y - size);
  c.lineTo(x - size, y + size);
  c.stroke();
}

/** A filled corner: degraded. */
export function notch(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x - size, y - size);
  c.lineTo(x - size, y + size);
  c.lineTo(x + size, y + size);
  c.closePath();
  c.fill();
}

/** A padlock of about 12 units; its shackle stands open for plaintext. */
export function lock(c: Context, x: number, y: number, open: boolean, unit: number): void {
  c.beginPath();
  c.roundRect(x - 5.5 * unit, y - 1 * unit, 11 * unit, 8 * unit, 1.5 * unit);
  c.moveTo(x - 3 * unit, y - 1 * unit);
  c.lineTo(x - 3 * unit, y - 4 * unit);
  if (open) c.arc(x + 0.2 * unit, y - 4.2 * unit, 3.2 * unit, Math.PI, Math.PI * 1.86);
  else {
    c.arc(x, y - 4 * unit, 3 * unit, Math.PI, 0);
    c.lineTo(x + 3 * unit, y - 1 * unit);
  }
  c.stroke();
}

/** A clock face: stale. */
export function clock(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x + size, y);
  c.arc(x, y, size, 0, Math.PI * 2);
  c.moveTo(x, y - size * 0.6);
  c.lineTo(x, y);
  c.lineTo(x + size * 0.5, y + size * 0.2);
  c.stroke();
}

/** A struck-through ring: no proxy. */
export function unmeshed(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x + size, y);
  c.arc(x, y, size, 0, Math.PI * 2);
  c.moveTo(x - size * 0.7, y + size * 0.7);
  c.lineTo(x + size * 0.7, y - size * 0.7);
  c.stroke();
}

/** A half-filled disc: only some pods report. */
export function partial(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x + size, y);
  c.arc(x, y, size, 0, Math.PI * 2);
  c.stroke();
  c.beginPath();
  c.arc(x, y, size, Math.PI / 2, Math.PI * 1.5);
  c.closePath();
  c.fill();
}

/** A bar across: what may not be seen. */
export function bar(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x - size, y);
  c.lineTo(x + size, y);
  c.stroke();
}

/** With a bar, a plus: what is new. */
export function upright(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x, y - size);
  c.lineTo(x, y + size);
  c.stroke();
}

/** A broken ring around a bar: what would be denied, and isn't yet. */
export function barrier(c: Context, x: number, y: number, size: number): void {
  c.beginPath();
  c.moveTo(x + size, y);
  c.arc(x, y, size, 0, Math.PI * 2);
  c.fill();
  c.beginPath();
  for (const turn of [0, 1, 2, 3]) {
    const from = (turn + 0.25) * (Math.PI / 2);
    c.moveTo(x + size * Math.cos(from), y + size * Math.sin(from));
    c.arc(x, y, size, from, from + Math.PI / 4);
  }
  c.moveTo(x - size * 0.5, y);
  c.lineTo(x + size * 0.5, y);
  c.stroke();
}
