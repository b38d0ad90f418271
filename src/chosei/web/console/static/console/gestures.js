// Marking, moving and resizing by mouse, pen and finger. A finger scrolls the page as ever: it marks by a tap, and drags after
// being held for a moment, or at a candidate that was tapped before.
import { SLOT } from "./grid.js";

const SNAP = 15; // minutes
const HELD = 400; // milliseconds
const STILL = { mouse: 4, pen: 6, touch: 10 }; // pixels that are no movement yet
const EDGE = 56; // pixels from the window's edge at which it scrolls along

const down = (minutes) => Math.floor(minutes / SNAP) * SNAP;
const near = (minutes) => Math.round(minutes / SNAP) * SNAP;
const up = (minutes) => Math.ceil(minutes / SNAP) * SNAP;

export class Gestures {
  // `week` is told: marked(column, span), changed(row, column, span), tapped(column, minutes), picked(row, byFinger).
  constructor(grid, week) {
    this.grid = grid;
    this.week = week;
    this.picked = null; // the row whose candidate a finger may drag at once
    const { root } = grid;
    root.addEventListener("pointerdown", (event) => this.begin(event));
    root.addEventListener("pointermove", (event) => this.follow(event));
    root.addEventListener("pointerup", (event) => this.finish(event));
    root.addEventListener("pointercancel", () => this.stop());
    root.addEventListener("touchmove", (event) => this.dragging && event.preventDefault(), { passive: false });
    root.addEventListener("contextmenu", (event) => this.gesture?.finger && event.preventDefault());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
  }

  get dragging() {
    return Boolean(this.gesture?.dragging);
  }

  // Whether a button or a finger is down in the grid.
  get busy() {
    return Boolean(this.gesture);
  }

  begin(event) {
    if (event.button || !event.isPrimary || !event.target.closest(".grid-rows")) return;
    const at = this.grid.at(event.clientX, event.clientY);
    if (!at.inside) return;
    const row = event.target.closest(".candidate")?.row;
    const edge = event.target.closest(".grid-edge");
    const finger = event.pointerType === "touch";
    this.gesture = {
      pointer: event.pointerId,
      still: STILL[event.pointerType] ?? STILL.mouse,
      x: event.clientX,
      y: event.clientY,
      at,
      row,
      finger,
      edge: edge && (edge.classList.contains("start") ? "start" : "end"),
      live: !finger || (row && row === this.picked),
    };
    if (!this.gesture.live) this.gesture.timer = setTimeout(() => this.hold(event), HELD);
  }

  // The finger has rested: from now on it drags.
  hold(event) {
    this.gesture.live = true;
    navigator.vibrate?.(10);
    this.drag(event);
  }

  follow(event) {
    const { gesture } = this;
    if (event.pointerId !== gesture?.pointer) return;
    const far = Math.hypot(event.clientX - gesture.x, event.clientY - gesture.y) > gesture.still;
    if (gesture.dragging || (far && gesture.live)) this.drag(event);
    else if (far) this.stop(); // the page scrolls
  }

  drag(event) {
    const { gesture, grid } = this;
    if (!gesture.dragging) {
      gesture.dragging = true;
      grid.root.setPointerCapture(gesture.pointer);
      grid.root.classList.add("dragging");
    }
    if (event.clientY > innerHeight - EDGE) scrollBy(0, 12);
    else if (event.clientY < EDGE * 2) scrollBy(0, -12);
    gesture.meant = this.meant(gesture, grid.at(event.clientX, event.clientY));
    grid.preview(gesture.meant.column, gesture.meant.span, this.week.hoursOf(gesture.meant));
  }

  // The day and the part of it that the gesture stands for just now.
  meant({ at, row, edge }, to) {
    if (!row) {
      const [first, last] = [at.minutes, to.minutes].sort((one, other) => one - other);
      const from = down(first);
      return { column: at.column, span: { from, to: Math.max(up(last), from + SNAP) } };
    }
    const { column, from, to: end } = this.week.spanOf(row);
    if (edge === "end") return { column, span: { from, to: Math.max(near(to.minutes), from + SNAP) } };
    if (edge === "start") return { column, span: { from: Math.min(near(to.minutes), end - SNAP), to: end } };
    const moved = Math.min(Math.max(from + near(to.minutes - at.minutes), this.grid.from), this.grid.to - (end - from));
    return { column: to.column, span: { from: moved, to: moved + end - from } };
  }

  finish(event) {
    const { gesture } = this;
    if (event.pointerId !== gesture?.pointer) return;
    const { meant, row, at, finger, x, y } = gesture;
    const rested = !meant || Math.hypot(event.clientX - x, event.clientY - y) <= gesture.still;
    this.stop();
    if (!rested && row) this.week.changed(row, meant.column, meant.span);
    else if (!rested) this.week.marked(meant.column, meant.span);
    else if (row) this.week.picked(row, finger);
    else this.week.tapped(at.column, Math.floor(at.minutes / SLOT) * SLOT, finger);
  }

  stop() {
    if (!this.gesture) return;
    clearTimeout(this.gesture.timer);
    this.gesture = null;
    this.grid.root.classList.remove("dragging");
    this.grid.preview(null);
    this.week.settle();
  }
}
