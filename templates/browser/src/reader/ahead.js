/* global READ_WORKER -- the bundled text of read-worker.js, put here by build.mjs */
// Files that are read before it is their turn. No page here but for the worker, so that
// Node can test it.
import { beside } from "./beside.js";
import { isMedia, read } from "./collect.js";
import { hex } from "./self.js";
import { ownName } from "./unwrap.js";
import { maxFile } from "./wrapping.js";

// So many small files are read at once; a folder with fewer is read as it comes.
const batch = 64;
const small = 1 << 16;

/**
 * Returns a function that resolves, from call to call, to the content of one file after the
 * other: {bytes, sum}, sum being their SHA-256 where it is known, or {aside}, the code of what a
 * folder's file is that need not be read. It rejects as read does. many resolves to the {bytes, sum}
 * of several small files, or to null for one that it could not read; without it each is read in its turn.
 */
export function inTurn(files, many) {
  const together = many && files.length >= batch;
  const plainly = (file) => together && file.size <= small && (!file.ofFolder || ownName(file.name));
  const groups = [];
  for (const file of files) {
    const last = groups[groups.length - 1];
    if (last && last.ahead && last.files.length < batch && plainly(file)) last.files.push(file);
    else groups.push({ ahead: plainly(file), files: [file], n: 0 });
  }
  const begin = (group) => {
    if (group && group.ahead && !group.content) group.content = many(group.files).catch(() => []);
  };
  return async () => {
    const [group, next] = groups;
    begin(group);
    begin(next);
    const n = group.n++;
    if (group.n === group.files.length) groups.shift();
    const content = group.ahead && (await group.content)[n];
    return content || one(group.files[n]);
  };
}

async function one(file) {
  const foreign = file.ofFolder && !ownName(file.name);
  if (foreign && file.size > maxFile) return { aside: "toolarge" };
  if (foreign && file.slice && await isMedia(file)) return { aside: "notsealed" };
  return { bytes: await read(file) };
}

// A stick that hangs, or a worker that never was: the page then reads by itself, and says what is wrong.
const patience = 20_000;

/** Returns inTurn's many that reads in a worker, which is started when it is first needed. */
export function besideThePage() {
  let started = null;
  let last = 0;
  let broken = false;
  const asked = new Map();
  const start = () => {
    const { worker } = beside(READ_WORKER);
    worker.onmessage = ({ data: { n, all } }) => {
      if (asked.has(n)) asked.get(n).resolve(all.map((one) => one && { bytes: new Uint8Array(one.bytes), sum: hex(one.sum) }));
    };
    worker.onerror = worker.onmessageerror = (event) => {
      event.preventDefault();
      for (const { reject } of asked.values()) reject(new Error("the worker does not read"));
    };
    return worker;
  };
  return async (files) => {
    if (broken) throw new Error("the worker does not read");
    started = started || start();
    const n = ++last;
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        asked.set(n, { resolve, reject });
        timer = setTimeout(reject, patience, new Error("the worker does not answer"));
        started.postMessage({ n, files });
      });
    } catch (err) {
      broken = true; // nobody waits for it twice
      throw err;
    } finally {
      clearTimeout(timer);
      asked.delete(n);
    }
  };
}
