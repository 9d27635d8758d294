/**
 * The scripts that Redis runs, each as a whole or not at all. They are sent in full, so that a
 * server that was restarted knows them.
 *
 * @module
 */

/**
 * Adds to counters. Keys: a counter and the key of its version, in turn; arguments: a delta and a
 * token, in turn. Answers a sum or `!` and an error for each. Lua rounds numbers beyond 2^53, so
 * such a sum is read back. The token goes first: one that is not counted does no harm.
 */
export const INCREMENT = `
local sums = {}
for i = 1, #KEYS, 2 do
  local sum = redis.pcall('SET', KEYS[i + 1], ARGV[i + 1])
  if not sum.err then sum = redis.pcall('INCRBY', KEYS[i], ARGV[i]) end
  if type(sum) == 'table' then sum = '!' .. sum.err
  elseif sum > 9007199254740991 or sum < -9007199254740991 then
    sum = redis.call('GET', KEYS[i])
  end
  sums[#sums + 1] = sum
end
return sums`;

/** Sets a value for some time. Keys: the value's and its version's; arguments: value, token, milliseconds. */
export const SET_FOR = `
local done = redis.pcall('SET', KEYS[2], ARGV[2])
if done.err then return done end
return redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])`;

/**
 * Sets a value if value and token are as expected. Keys: the value's and its version's; arguments:
 * value, token, the time to live in milliseconds or `keep` or `none`, `1` if something is expected, and then its token and
 * value. Answers 1, or 0 with the token and the value there is.
 */
export const SWAP = `
local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then return value end
local token = redis.pcall('GET', KEYS[2])
if type(token) == 'table' then return token end
token = token or ''
local same
if ARGV[4] == '1' then same = value == ARGV[6] and token == ARGV[5]
else same = not value end
if not same then return {0, token, value} end
local done = redis.pcall('SET', KEYS[2], ARGV[2])
if done.err then return done end
if ARGV[3] == 'keep' then done = redis.pcall('SET', KEYS[1], ARGV[1], 'KEEPTTL')
elseif ARGV[3] == 'none' then done = redis.pcall('SET', KEYS[1], ARGV[1])
else done = redis.pcall('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) end
if done.err then return done end
return {1}`;
