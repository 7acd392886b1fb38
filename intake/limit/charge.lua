-- Spends of limits what a server granted while this Redis did not answer.
-- KEYS: the limits' keys, as for take.lua.
-- ARGV: now, or ''; then of each limit what was granted, as time, and its interval
--       and window. All in microseconds.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
for i, key in ipairs(KEYS) do
  local granted, interval, window = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local most = now + window * 1.5 + interval
  local tat, till, factor = string.match(redis.call('GET', key) or '', '^(%d+) (%d+) (%d+)$')
  tat, till = tonumber(tat or 0), tonumber(till or 0)
  if tat > most then tat = now end
  tat = math.min(math.max(now, tat) + granted, most)
  redis.call('SET', key, string.format('%.0f %.0f %s', tat, till, factor or '0'),
    'PX', math.ceil((math.max(tat, till) - now) / 1000))
end
return 0
