// What age-encryption and the noble libraries use beyond Chrome 67: without
// these two the script is dead on Chrome 92 and older. Imported first.
if (typeof globalThis === "undefined") {
  self.globalThis = self;
}
if (!Object.hasOwn) {
  Object.hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
}

// On plain http (an onion address) there is no crypto.subtle. The age library falls
// back to its own X25519 where WebCrypto says NotSupportedError, but not where there
// is no WebCrypto to say it.
if (!crypto.subtle) {
  const unsupported = () => Promise.reject(new DOMException("no WebCrypto on plain http", "NotSupportedError"));
  Object.defineProperty(crypto, "subtle", { value: { importKey: unsupported, deriveBits: unsupported }, configurable: true });
}
