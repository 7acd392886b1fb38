// What the tests share: made-up tips, keys, mails and pictures, and browsers.
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as node from "node:test";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import puppeteer from "puppeteer-core";
import puppeteer2022 from "puppeteer-core-2022";
import { plaintext } from "../src/seal/plaintext.js";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..");

const everyEngine = process.env.TIPBOX_ENGINES === "all";

/** The engines that a long test runs in: the first; all of them where make engines asks for it. */
export const engines = (...names) => (everyEngine ? names : names.slice(0, 1));

/** What a single step may take, in milliseconds. It is long: the machine may be busy with other tests. */
export const stepLimit = 90_000;

// No test waits without an end, nor what is done before and after, as starting a browser.
export const test = (name, body) => node.test(name, { timeout: 3 * stepLimit }, body);
export const before = (body) => node.before(body, { timeout: 2 * stepLimit });
export const after = (body) => node.after(body, { timeout: 2 * stepLimit });

/** Awaits a promise, but not for ever: the error says what did not come. */
export async function within(promise, what, limit = stepLimit) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit / 1000} s for ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets a server listen on this machine alone, and returns its port. */
export async function listen(server) {
  await within(once(server.listen(0, "127.0.0.1"), "listening"), "a server that listens");
  return server.address().port;
}

/** Ends a server, whoever still talks to it. */
export function shut(server) {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  return within(closed, "the end of a server");
}

/** A directory that is gone after the test. */
export function tempDir(t) {
  const dir = mkdtempSync(join(tmpdir(), "tipbox-browser-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const example = {
  id: "TB-7F3K-9QMX", unit: "na-co-sa", site: "ncs01", siteName: "Nhà văn hóa bản Na Cô Sa 1", mailbox: "report",
  urgent: false, lang: "vi", message: "Có người đổ rác xuống suối.", place: "", time: "", photos: [],
};

export const makeKey = async (classic) => {
  const identity = await (classic ? generateX25519Identity() : generateHybridIdentity());
  return { identity, recipient: await identityToRecipient(identity) };
};

export async function sealTo(recipients, plain) {
  const encrypter = new Encrypter();
  recipients.forEach((r) => encrypter.addRecipient(r));
  return encrypter.encrypt(plain);
}

export const sealTip = (recipients, tip) => sealTo(recipients, plaintext({ ...example, ...tip }));

/** Locks an identity with a passphrase; logN is small unless the time matters. */
export async function lock(identity, passphrase, logN = 12) {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.normalize("NFC"));
  encrypter.setScryptWorkFactor(logN);
  return encrypter.encrypt(`# khóa của trực ban\n${identity}\n`);
}

/** A mail as webmail saves it, the sealed files nested in it. */
export function mail(files) {
  const outer = "OUTER", inner = "INNER";
  const lines = [
    "Received: from relay.example by mail.example", "From: hom-thu@example.vn", "To: truc-ban@example.vn",
    "Subject: =?utf-8?q?[H=C3=B2m_th=C6=B0]_Tin_m=E1=BB=9Bi?= TB-7F3K-9QMX", "MIME-Version: 1.0",
    `Content-Type: multipart/mixed;`, ` boundary="${outer}"`, "", "This is a multi-part message.",
    `--${outer}`, `Content-Type: multipart/alternative; boundary=${inner}`, "",
    `--${inner}`, "Content-Type: text/plain; charset=utf-8", "", "Mở bằng doc-tin.html",
    `--${inner}`, "Content-Type: text/html", "", "<p>Mở bằng doc-tin.html</p>", `--${inner}--`,
  ];
  for (const { name, bytes } of files) {
    lines.push(`--${outer}`, `Content-Type: application/octet-stream; name="${name}"`,
      `Content-Disposition: attachment;`, ` filename="${name}"`, "Content-Transfer-Encoding: base64", "",
      ...Buffer.from(bytes).toString("base64").match(/.{1,76}/g));
  }
  return Buffer.from([...lines, `--${outer}--`, ""].join("\r\n"));
}

/** Writes files {name: content} and returns {name: path}. */
export function write(dir, files) {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return [name, path];
  }));
}

const paths = { chrome: process.env.CHROMIUM || "/usr/bin/chromium", firefox: process.env.FIREFOX || "/usr/bin/firefox-esr" };

/** Starts "chrome", "firefox", "tor" (Firefox resisting fingerprinting) or "chrome109", the last for Windows 7; more are options of the driver. */
export async function launch(t, name, more = {}) {
  const chrome = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP tip.test 127.0.0.1"];
  const options = {
    chrome: { executablePath: paths.chrome, args: chrome, headless: true },
    firefox: { browser: "firefox", executablePath: paths.firefox, headless: true },
    tor: { browser: "firefox", executablePath: paths.firefox, headless: true, extraPrefsFirefox: { "privacy.resistFingerprinting": true } },
    chrome109: { executablePath: name === "chrome109" && chrome109(), args: [...chrome, "--no-zygote"], headless: true },
  }[name];
  if (!existsSync(options.executablePath)) throw new Error(`the tests need ${options.executablePath}: install it`);
  const home = mkdtempSync(join(tmpdir(), "tipbox-home-")); // what is saved goes there, not among the downloads of whoever runs this
  // The present driver knows no page of so old a browser; the driver of its time does.
  const browser = await (name === "chrome109" ? puppeteer2022 : puppeteer).launch({ timeout: stepLimit, protocolTimeout: stepLimit, env: { ...process.env, HOME: home }, ...options, ...more });
  t.after(async () => {
    try {
      await within(browser.close(), `the end of ${name}`);
    } finally {
      browser.process()?.kill("SIGKILL");
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  });
  return browser;
}

// What a test asks of a page. Each has its own end, and says what it waited for.
const steps = [
  "$", "$$", "$eval", "$$eval", "click", "close", "content", "emulateMediaFeatures", "emulateMediaType", "emulateNetworkConditions", "evaluate", "evaluateOnNewDocument", "focus", "goBack", "goto", "reload", "screenshot",
  "setJavaScriptEnabled", "setOfflineMode", "setRequestInterception", "setUserAgent", "setViewport", "title", "type", "waitForFunction", "waitForNavigation", "waitForRequest", "waitForSelector",
];

/** Opens an empty page. */
export async function newPage(browser) {
  const page = await within(browser.newPage(), "a new page");
  page.setDefaultTimeout(stepLimit);
  for (const step of steps) {
    const take = page[step].bind(page);
    page[step] = (...args) => within(take(...args), `${step} ${args.filter((a) => typeof a !== "object").join(", ").slice(0, 300)}`);
  }
  return page;
}

export const cache = join(root, "node_modules", ".cache");

// The browser comes compressed in its npm package.
function chrome109() {
  const packed = join(root, "node_modules", "@sparticuz", "chromium", "bin", "chromium.br");
  const path = join(cache, "chromium-109");
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, brotliDecompressSync(readFileSync(packed)), { mode: 0o755 });
    renameSync(`${path}.${process.pid}`, path);
  }
  return path;
}

export const fileURL = (path) => pathToFileURL(path).href;
