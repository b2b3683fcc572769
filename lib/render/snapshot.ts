/**
 * A picture of the last whole frame, for gestures over drawings too large to be drawn anew sixty times a second: while the
 * hand moves, the picture is moved and scaled; as soon as it rests, the frame is drawn sharp again.
 */
import type { Camera, Size } from "./camera.ts";

/** Nodes count twice. Below it a frame is drawn whole within its time. */
const LARGE = 2400;
const REST_MS = 110;

export class Snapshot {
  private picture: HTMLCanvasElement | null = null;
  private camera: Camera | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private moving = false;

  /** The hand moved; `rest` is called once it has rested. */
  gesture(rest: () => void): void {
    if (this.camera === null) return;
    this.moving = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.moving = false;
      rest();
    }, REST_MS);
  }

  /** Keeps what was drawn, if drawing it again each frame would be too slow. */
  take(canvas: HTMLCanvasElement, camera: Camera, marks: number): void {
    if (marks < LARGE) {
      this.camera = null;
      return;
    }
    this.picture ??= document.createElement("canvas");
    if (this.picture.width !== canvas.width || this.picture.height !== canvas.height) {
      this.picture.width = canvas.width;
      this.picture.height = canvas.height;
    }
    this.picture.getContext("2d", { alpha: false })?.drawImage(canvas, 0, 0);
    this.camera = camera;
  }

  /** Draws the picture as the camera now sees it; false where there is none or the hand rests. */
  draw(c: CanvasRenderingContext2D, camera: Camera, size: Size, ratio: number, background: string): boolean {
    if (!this.moving || this.camera === null || this.picture === null) return false;
    const scale = camera.k / this.camera.k;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = background;
    c.fillRect(0, 0, size.width, size.height);
    const x = camera.x - this.camera.x * scale;
    const y = camera.y - this.camera.y * scale;
    c.drawImage(this.picture, x, y, size.width * scale, size.height * scale);
    return true;
  }

  forget(): void {
    clearTimeout(this.timer);
    this.moving = false;
    this.camera = null;
  }
}
