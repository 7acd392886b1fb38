/**
 * Starts a worker from its text and returns {worker, end}. The Content-Security-Policy
 * allows workers from blobs only; where the browser has Trusted Types, so does the policy.
 */
export function beside(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(trusted(url));
  const end = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  return { worker, end };
}

let policy;

function trusted(url) {
  if (!self.trustedTypes) return url;
  policy = policy || self.trustedTypes.createPolicy("tipbox-worker", {
    createScriptURL(u) {
      if (!u.startsWith("blob:")) throw new TypeError("not a worker of this page");
      return u;
    },
  });
  return policy.createScriptURL(url);
}
