// Bars of how many tips came, a week at a time, by box: an SVG of our own.
import { boxes, other } from "./count.js";

const space = "http://www.w3.org/2000/svg";
const [width, height, left, top, bottom] = [720, 220, 34, 10, 26];

function s(tag, props, ...children) {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Returns the steps of an axis that ends at or above n: whole numbers, six at most. */
export function axis(n) {
  let step = 1;
  for (let i = 0; n / step > 5; i++) step = [1, 2, 5][(i + 1) % 3] * 10 ** Math.floor((i + 1) / 3);
  return Array.from({ length: Math.max(1, Math.ceil(n / step)) + 1 }, (_, i) => i * step);
}

const short = (week) => `${week.slice(8)}/${week.slice(5, 7)}`;

/** Draws the weeks; label says what is seen, for who cannot see it, names the boxes. */
export function chart(weeks, label, names) {
  const steps = axis(Math.max(1, ...weeks.map(({ tips }) => tips)));
  const y = (n) => height - bottom - (n / steps[steps.length - 1]) * (height - top - bottom);
  const slot = (width - left) / weeks.length;
  const every = Math.ceil(46 / slot);
  return s("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": label },
    ...steps.map((n) => s("g", { class: "step" }, s("line", { x1: left, x2: width, y1: y(n), y2: y(n) }), s("text", { x: left - 6, y: y(n) + 4, "text-anchor": "end" }, String(n)))),
    ...weeks.flatMap((week, i) => {
      let from = 0;
      const bars = [...boxes, other].filter((box) => week.boxes[box]).map((box) => {
        const to = from + week.boxes[box];
        const bar = s("rect", { class: `box-${box === other ? "other" : box}`, x: left + (i + 0.15) * slot, y: y(to), width: 0.7 * slot, height: y(from) - y(to) }, s("title", {}, `${short(week.week)}: ${names[box]} ${week.boxes[box]}`));
        from = to;
        return bar;
      });
      if ((weeks.length - 1 - i) % every === 0) bars.push(s("text", { x: left + (i + 0.5) * slot, y: height - 8, "text-anchor": "middle" }, short(week.week)));
      return bars;
    }));
}
