-- Spends one submission of the limits of one lane, or of none (decide.go, gcra.go
-- and latch.go say how).
-- KEYS: the site's limit, the whole service's, the site's in the bulk lane. Each
--       holds its TAT, until when its latch is closed, and the latch's factor.
-- ARGV: now, or '' for this server's own clock; '1' if the sender may take the
--       front lane, '1' if the bulk lane; then interval, window, and a factor and
--       a time to stay closed to draw from, of each limit. All in microseconds.
-- Returns how far the submission gets (1 front, 2 bulk, 3 neither), and of each
-- limit how far its TAT is ahead of now, for how long its latch is closed, and the
-- latch's factor, 0 where it is to be drawn: servers go on from there when this one
-- is away.
local LEAST, MOST, LONGEST = 500, 1500, 600000000
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local edges = {}
for i, key in ipairs(KEYS) do
  local a = 4 * i
  local e = {interval = tonumber(ARGV[a]), window = tonumber(ARGV[a + 1]),
    draw = tonumber(ARGV[a + 2]), closed = tonumber(ARGV[a + 3])}
  local tat, till, factor = string.match(redis.call('GET', key) or '', '^(%d+) (%d+) (%d+)$')
  e.tat, e.till, e.factor = tonumber(tat or 0), tonumber(till or 0), tonumber(factor or 0)
  if e.tat > now + e.window * MOST / 1000 + e.interval then e.tat = now end
  if e.till > now + LONGEST then e.till = now end
  if e.factor < LEAST or e.factor > MOST then e.factor = 0 end
  edges[i] = e
end

-- Whether one more is within the limit; what of the latch changes, changes.
local function open(e)
  if e.till > now then return false end
  if e.till ~= 0 or e.factor == 0 then e.till, e.factor = 0, e.draw end
  e.next = math.max(now, e.tat) + e.interval
  if e.next - now > math.max(e.interval, math.floor(e.window * e.factor / 1000)) then
    e.till = now + e.closed
    return false
  end
  return true
end

local reach = 3
if ARGV[2] == '1' then
  local site, all = open(edges[1]), open(edges[2])
  if site and all then
    edges[1].tat, edges[2].tat, reach = edges[1].next, edges[2].next, 1
  end
end
if reach == 3 and ARGV[3] == '1' and open(edges[3]) then
  edges[3].tat, reach = edges[3].next, 2
end

local answer = {reach}
for i, e in ipairs(edges) do
  local last = math.max(e.tat, e.till)
  if last > now then
    redis.call('SET', KEYS[i], string.format('%.0f %.0f %.0f', e.tat, e.till, e.factor),
      'PX', math.ceil((last - now) / 1000))
  end
  local drawn = e.till == 0 or e.till > now
  answer[3 * i - 1] = math.max(0, e.tat - now)
  answer[3 * i] = math.max(0, e.till - now)
  answer[3 * i + 1] = drawn and e.factor or 0
end
return answer
