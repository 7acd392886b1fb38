// Reads many files, in a worker: each is a question to another process of the browser, and
// meanwhile the page opens what has come.
self.onmessage = async ({ data: { n, files } }) => {
  const all = await Promise.all(files.map(async (file) => {
    try {
      const bytes = await file.arrayBuffer();
      return { bytes, sum: await crypto.subtle.digest("SHA-256", bytes) };
    } catch {
      return null; // the page tries again, and says why
    }
  }));
  self.postMessage({ n, all }, all.filter(Boolean).flatMap(({ bytes, sum }) => [bytes, sum]));
};
