// The line to the server: one request or one wait at a time.

const stopped = { stopped: true };
const patience = 60_000; // milliseconds without a byte either way

export class Line {
  constructor() {
    /** Ends what is under way: it rejects with {stopped: true}. */
    this.stop = () => {};
  }

  /**
   * Resolves to {status, body, header(name)}, the body as the XMLHttpRequest type
   * has it; rejects where no answer comes. progress(percent) follows the upload.
   */
  request(type, method, url, headers = {}, body = null, progress = () => {}) {
    return new Promise((resolve, reject) => {
      // Not fetch: it tells nothing of how far an upload is, which on EDGE takes minutes.
      const http = new XMLHttpRequest();
      let alive = 0;
      const stalled = () => {
        clearTimeout(alive);
        alive = setTimeout(() => http.abort(), patience);
      };
      this.stop = () => {
        reject(stopped); // first: abort calls onloadend
        http.abort();
      };
      http.open(method, url);
      http.responseType = type;
      Object.keys(headers).forEach((name) => http.setRequestHeader(name, headers[name]));
      http.upload.onprogress = ({ loaded, total }) => {
        stalled();
        progress(Math.floor((100 * loaded) / total));
      };
      http.onprogress = stalled;
      http.onloadend = () => {
        clearTimeout(alive);
        if (http.status) resolve({ status: http.status, body: http.response, header: (name) => http.getResponseHeader(name) });
        else reject(new Error("no answer"));
      };
      stalled();
      http.send(body);
    });
  }

  /** Resolves after about so many milliseconds, or when the phone is back on line. */
  wait(ms) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms * (1 + Math.random() / 4)); // a valley's phones do not come back at once
      window.addEventListener("online", resolve, { once: true });
      this.stop = () => {
        clearTimeout(timer);
        reject(stopped);
      };
    });
  }
}
