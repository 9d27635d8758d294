/** A time of today as `14:05:09`, of another day with its date. */
export function formatMoment(at: number, now: number): string {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString(undefined, { hour12: false });
  return moment.toDateString() === new Date(now).toDateString()
    ? time
    : `${moment.toLocaleDateString()} ${time}`;
}
