// What the tests of the book share: bytes, keys, and a disk as the File System
// Access API shows it, whose every step takes its time.
import { Keeper } from "../src/reader/book/keeper.js";
import { Downloads } from "../src/reader/book/places.js";
import { makeKey } from "./support.mjs";

export const bytes = (text) => new TextEncoder().encode(text);
export const unbase64 = (text) => Uint8Array.from(Buffer.from(text, "base64"));

const failure = (name) => Object.assign(new Error(name), { name });

/** A folder that several desks write to; pause() is awaited before every step. */
export class Disk {
  constructor(pause = async () => {}) {
    Object.assign(this, { pause, files: new Map(), failing: "", log: [], name: "USB" });
  }

  async step() {
    await this.pause();
    if (this.failing) throw failure(this.failing);
  }

  queryPermission() {
    return this.requestPermission();
  }

  async requestPermission() {
    return this.denied ? "prompt" : "granted";
  }

  async getFileHandle(name, { create = false } = {}) {
    await this.step();
    if (!this.files.has(name)) {
      if (!create) throw failure("NotFoundError");
      this.files.set(name, new Uint8Array(0));
    }
    return new Handle(this, name);
  }
}

class Handle {
  constructor(disk, name) {
    Object.assign(this, { disk, name });
  }

  queryPermission() {
    return this.disk.queryPermission();
  }

  requestPermission() {
    return this.disk.requestPermission();
  }

  async getFile() {
    await this.disk.step();
    const content = this.disk.files.get(this.name);
    if (!content) throw failure("NotFoundError");
    return { size: content.length, arrayBuffer: async () => content.slice().buffer };
  }

  // Writes go to a swap file that takes the place of the file when it is closed.
  async createWritable() {
    await this.disk.step();
    if (!this.disk.files.has(this.name)) throw failure("NotFoundError");
    let swap = new Uint8Array(0);
    return {
      write: async (content) => {
        await this.disk.step();
        swap = content.slice();
      },
      close: async () => {
        await this.disk.step();
        this.disk.files.set(this.name, swap);
        this.disk.log.push(this.name);
      },
      abort: async () => this.disk.step(),
    };
  }
}

/** A key and a keeper that has it. */
export async function officer(by, key) {
  const { identity, recipient } = key || await makeKey();
  const saved = [];
  const keeper = new Keeper({ keys: () => [identity], by: () => by, now: () => Date.UTC(2026, 10, 29), downloads: () => new Downloads((name, content) => saved.push({ name, content })) });
  return { keeper, identity, recipient, saved };
}
