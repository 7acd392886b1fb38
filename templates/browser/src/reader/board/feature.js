// What the board brings to the desk, for screens.js.
import { boardPart } from "./part.js";
export { boardPanel } from "./panel.js";
export { boardToday } from "./today.js";

export const boardHooks = {
  typed: (app) => [...boardPart(app).typed].map(([tip, text]) => ({ tip, what: app.t.board.own, text, drop: () => boardPart(app).typed.delete(tip) })),
};
