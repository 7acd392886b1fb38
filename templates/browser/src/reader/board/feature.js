// What the board brings to the desk, for screens.js.
export { boardPanel } from "./panel.js";
export { boardToday } from "./today.js";
