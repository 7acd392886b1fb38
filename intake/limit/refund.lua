-- Gives one submission back to each limit.
-- KEYS: the limits' keys.
-- ARGV: now, or ''; then interval and window of each limit, as for take.lua.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
for i, key in ipairs(KEYS) do
  local interval, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local tat, till, factor = string.match(redis.call('GET', key) or '', '^(%d+) (%d+) (%d+)$')
  tat, till = tonumber(tat or 0), tonumber(till or 0)
  if tat <= now + window * 1.5 + interval then
    tat = tat - interval
    local last = math.max(tat, till)
    if last > now then
      redis.call('SET', key, string.format('%.0f %.0f %s', tat, till, factor), 'PX', math.ceil((last - now) / 1000))
    else
      redis.call('DEL', key)
    end
  end
end
return 0
