// What age-encryption and the noble libraries use beyond Chrome 67: without
// these two the script is dead on Chrome 92 and older. Imported first.
if (typeof globalThis === "undefined") {
  self.globalThis = self;
}
if (!Object.hasOwn) {
  Object.hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
}
