/** How many texts are remembered; parts of them are the guests'. */
const MOST_REMEMBERED = 1000;

/** Hands on each text when it comes for the first time, as far as it remembers. */
export function onceEach(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    if (told.size === MOST_REMEMBERED) told.clear();
    told.add(text);
    tell(text);
  };
}
