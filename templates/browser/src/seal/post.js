// Sending over a bad line: once sealed, the same bytes are posted until the
// server has answered. The form token and the bytes make it one tip however
// often it arrives.

/** How long to wait before each further try, in milliseconds; the last repeats. */
export const delays = [2000, 4000, 8000, 15_000, 30_000, 60_000];

const mostWork = 3; // challenges in a row: one may be too late, or lost with a server
const mostLimited = 5; // times that a limit is waited out: then a person decides
const longest = 900; // seconds that a server is waited for, whatever it asks

/**
 * Posts until there is an answer that trying again does not change.
 *
 * send() resolves to {status, body, header(name)} or rejects where the line
 * dropped; wait(ms) resolves after about the time, or sooner when the phone is back
 * on line; waiting(key, seconds) tells the page which of the texts says what is
 * waited for, "" for nothing, with the seconds where it is not the line but the
 * server that does not take it; prove(challenge)
 * resolves to whether the work that the server asks for is done, and goes with
 * the next send(); load(url) resolves to the data that the server names, or
 * rejects as send() does; reseal(data) seals anew to it; renew(token) takes a
 * fresh form token.
 *
 * Resolves to {done: the thank-you page}, {photo: what is wrong with it}, or
 * {problem} of the texts with, for limited, after: the seconds to wait, and for
 * refused, page: the answer.
 */
export async function post({ send, wait, waiting, prove, load, reseal, renew }) {
  let resealed = 0;
  let renewed = 0;
  let worked = 0;
  let limited = 0;
  for (let tries = 0; ; tries++) {
    let answer = null;
    let data = null;
    try {
      answer = await send();
      const keys = answer.status === 409 && resealed < 2 && answer.header("Tipbox-Keys");
      if (keys) data = await load(keys);
    } catch (err) {
      if (err && err.stopped) return { problem: "stopped" };
      answer = null;
    }
    if (data) {
      resealed++;
      waiting("");
      await reseal(data);
      continue;
    }
    const taken = answer && answer.status < 300 && answer.header("Tipbox-Taken") && answer.body;
    const challenge = answer && answer.status === 429 && worked++ < mostWork && answer.header("Tipbox-Work");
    if (challenge) {
      waiting("");
      if (await prove(challenge)) continue;
    }
    const crowded = answer && answer.status === 429 && !answer.header("Tipbox-Text-First") && limited++ < mostLimited;
    if (taken || (answer && answer.status >= 400 && answer.status < 500 && !crowded)) {
      waiting("");
      const token = answer.header("Tipbox-Token");
      if (answer.status !== 429 && answer.status >= 400 && token && renewed++ < 1) {
        renew(token);
        continue;
      }
      return outcome(answer);
    }
    if (answer) worked = 0; // the server is there, and asks for something else
    let ms = delays[Math.min(tries, delays.length - 1)];
    const full = answer && answer.status >= 500;
    if (full || crowded) ms = Math.min(retryAfter(answer), longest) * 1000 || ms;
    if (crowded) waiting("crowded", ms / 1000);
    else if (full) waiting("full", ms / 1000);
    else waiting("waiting", 0);
    try {
      await wait(ms);
    } catch {
      return { problem: "stopped" };
    }
  }
}

function outcome(answer) {
  if (answer.status < 300) return { done: answer.body };
  if (answer.status === 429 && answer.header("Tipbox-Text-First")) return { problem: "refused", page: answer.body };
  if (answer.status === 429) return { problem: "limited", after: retryAfter(answer) };
  if (answer.status === 404 || answer.status === 410) return { problem: "withdrawn" };
  if (answer.status === 413) return { photo: "photo_too_large" }; // text alone never is
  return { problem: "refused", page: answer.body };
}

function retryAfter(answer) {
  return Number(answer.header("Retry-After")) || 0;
}
