// What a tab remembers over a reload: token, unsent messages, draft, open or not.
// sessionStorage, because a shared computer must forget with the tab; plain memory where it is blocked or full.

export class Memory {
  constructor(hub) {
    this.key = `motcua:${hub}`;
    this.values = this.read();
  }

  get(name, otherwise) {
    return name in this.values ? this.values[name] : otherwise;
  }

  set(name, value) {
    this.values[name] = value;
    this.write();
  }

  forget(...names) {
    for (const name of names) delete this.values[name];
    this.write();
  }

  read() {
    try {
      const values = JSON.parse(sessionStorage.getItem(this.key));
      return values && typeof values === "object" && !Array.isArray(values) ? values : {};
    } catch {
      return {};
    }
  }

  write() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.values));
    } catch {
      // Blocked or full: this.values still holds everything until the page goes.
    }
  }
}
