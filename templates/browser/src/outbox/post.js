// Posting replies one by one. Each may be posted again: the server knows its bytes.

/** How long to wait before each further try of one, in milliseconds. */
export const delays = [2000, 5000, 15_000];

const refusals = { 409: "full", 413: "broken", 422: "broken", 507: "room" };

/**
 * Posts the replies. send(reply) resolves to {status, after: seconds to wait or 0}, or
 * rejects where no answer comes; wait(ms) resolves after the time; progress(n) is told
 * before each. Resolves to {sent, left, why}: how many were taken, the replies that
 * were not, and how many of these for which reason: full, broken, room, away, or pass,
 * which ends it.
 */
export async function postAll(replies, { send, wait, progress }) {
  const result = { sent: 0, left: [], why: {} };
  const refuse = (why, ...which) => {
    result.left.push(...which);
    result.why[why] = (result.why[why] || 0) + which.length;
  };
  for (const [i, reply] of replies.entries()) {
    progress(i + 1);
    const status = await tried(reply, send, wait);
    if (status === 204) result.sent++;
    else if (refusals[status]) refuse(refusals[status], reply);
    else {
      refuse(status === 403 ? "pass" : "away", ...replies.slice(i));
      break;
    }
  }
  return result;
}

async function tried(reply, send, wait) {
  for (let tries = 0; ; tries++) {
    const { status, after } = await send(reply).catch(() => ({ status: 0, after: 0 }));
    if ((status && status < 500) || status === 507 || tries === delays.length) return status;
    await wait(Math.max(delays[tries], Math.min(after, 30) * 1000));
  }
}
