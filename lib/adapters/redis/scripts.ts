import { script } from './scripting.js';

/*
 * A transaction is a hash: `data`, its `revision`, its `sends`, and `login`, the key of the index of the logins of
 * the same user and client. The index is a hash of ids with `rank createdAt end`; a rank is `sends`, and 1000 more for a
 * known device. They live in different slots, so the index may name what is gone, and never decides alone what is
 * removed.
 */

/** KEYS transaction; ARGV revision, sends, login, data, ms to live. */
export const putTransaction = script(`
local stored = redis.call('HGET', KEYS[1], 'revision')
if stored and tonumber(stored) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'sends', ARGV[2], 'login', ARGV[3], 'data', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1`);

/** KEYS transaction. Returns the key of its index, if it was there. */
export const removeTransaction = script(`
local login = redis.call('HGET', KEYS[1], 'login')
redis.call('DEL', KEYS[1])
return login`);

/** KEYS transaction. Removes it unless it has sent a message, be it since the index was asked. */
export const forgetTransaction = script(`
if redis.call('HGET', KEYS[1], 'sends') == '0' then return redis.call('DEL', KEYS[1]) end
return 0`);

/**
 * KEYS index; ARGV id, rank, createdAt, ms to live, how many others stay ('' = all). Enters the id and returns the
 * ids that have to go: those beyond the first so many, which come from a known device, sent a message or are the newest.
 */
export const enterLogin = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = now + tonumber(ARGV[4])
local logins, gone = {}, {}
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local rank, created, ends = string.match(entries[i + 1], '^(%d+) (%d+) (%d+)$')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], entries[i])
  else
    logins[#logins + 1] = { id = entries[i], known = tonumber(rank) >= 1000, sent = tonumber(rank) % 1000 > 0,
      created = tonumber(created) }
    last = math.max(last, tonumber(ends))
  end
end
if ARGV[5] ~= '' then
  table.sort(logins, function(a, b)
    if a.known ~= b.known then return a.known end
    if a.sent ~= b.sent then return a.sent end
    if a.created ~= b.created then return a.created > b.created end
    return a.id < b.id
  end)
  for i = tonumber(ARGV[5]) + 1, #logins do
    if not logins[i].sent and logins[i].id ~= ARGV[1] then
      redis.call('HDEL', KEYS[1], logins[i].id)
      gone[#gone + 1] = logins[i].id
    end
  end
end
local ends = string.format('%.0f', now + tonumber(ARGV[4]))
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ends)
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
return gone`);
