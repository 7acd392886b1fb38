// By when the steps are due that are still to be taken.
import { after, parseDay, parseSpan, parseTime, time } from "./times.js";

/**
 * The deadlines by the criminal procedure code, articles 145 to 147, and joint circular
 * 01/2017, articles 8 and 9, all from when a tip was received: classify is every tip's, the others a crime's.
 */
export const law = { classify: "24h", handOver: "24h", procuracy: "3d", assign: "3d", resolve: "20d", complex: "2mo", extension: "2mo" };

/** Returns {classify, handOver, procuracy, assign, resolve}, "" for what is not due, and of the first of them its name as next and its time as at. */
export function due(state, deadlines = law) {
  const out = { classify: "", handOver: "", procuracy: "", assign: "", resolve: "", next: "", at: "" };
  const received = parseTime(state.received);
  if (Number.isNaN(received) || state.status === "done" || state.status === "dropped" || state.duplicateOf) return out;
  const span = (name) => parseSpan(deadlines[name] || law[name]) || parseSpan(law[name]);
  const crime = state.kind === "crime";
  const ours = crime && state.competent;
  const open = {
    classify: state.kind === "", handOver: crime && !state.competent && state.passes.length === 0,
    procuracy: ours && !state.procuracy, assign: ours && state.to === "", resolve: ours,
  };
  let soonest = Infinity;
  for (const name of Object.keys(open).filter((step) => open[step])) {
    let at = after(span(name), received);
    const until = parseDay(state.until);
    // Nobody can decide on more than one extension of what is complex.
    if (name === "resolve" && !Number.isNaN(until)) at = Math.min(until, after(span("extension"), after(span("complex"), received)));
    out[name] = time(at);
    if (at < soonest) {
      soonest = at;
      out.next = name;
      out.at = time(at);
    }
  }
  return out;
}
