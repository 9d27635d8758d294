// `wasi:keyvalue/store@0.2.0-draft` for `jco serve`, which has none: a Map for each bucket, the
// key that is asked for in it. It costs next to nothing, so that jco alone is measured.

const buckets = new Map();

export function open(name) {
  let values = buckets.get(name);
  if (values === undefined) {
    values = new Map([["mykey", new TextEncoder().encode("myvalue")]]);
    buckets.set(name, values);
  }
  return new Bucket(values);
}

export class Bucket {
  #values;

  constructor(values) {
    this.#values = values;
  }

  get(key) {
    return this.#values.get(key);
  }

  set(key, value) {
    this.#values.set(key, value);
  }

  delete(key) {
    this.#values.delete(key);
  }

  exists(key) {
    return this.#values.has(key);
  }

  listKeys() {
    return { keys: [...this.#values.keys()], cursor: undefined };
  }
}
