-- Stands before every step of the team's desk. All keys share one hash tag; the names are those of the engine in memory.
-- KEYS: 1 what the last change was, 2 conversations by the number of their last change, 3 the assistant's alone in the same way,
--       4 those that are listed no more, by when, 5 their care, 6 their live rows, 7 when their care was told of, 8 nodes with
--       their agents, 9 agents, by when each was seen
local seq, order, recent, gone, care, live, careAt, nodes, seen = unpack(KEYS)

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- It has changed; where nothing is left of it, that is told for a while.
local function changed(id)
  local number = redis.call('INCR', seq)
  local isHeld, isLive = redis.call('HEXISTS', care, id) == 1, redis.call('HEXISTS', live, id) == 1
  redis.call('ZADD', order, number, id)
  redis.call(isLive and not isHeld and 'ZADD' or 'ZREM', recent, unpack(isLive and not isHeld and { number, id } or { id }))
  if isHeld or isLive then redis.call('ZREM', gone, id) else redis.call('ZADD', gone, nowMs(), id) end
end
