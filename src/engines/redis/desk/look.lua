-- What has changed after a look before, and who is there.
-- ARGV: 1 that look's number, 2 ms after which a node's word is stale, 3 ms for which it is told that a conversation is gone
-- Gives: { number, rows: conversation, care (or empty), live (or empty), …; each node's agents as JSON; agent, ms since it was seen, … }
local now = nowMs()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', gone, '-inf', now - tonumber(ARGV[3]))) do
  redis.call('ZREM', order, id)
  redis.call('ZREM', gone, id)
  redis.call('HDEL', careAt, id)
end
local rows = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', order, '(' .. ARGV[1], '+inf')) do
  rows[#rows + 1] = id
  rows[#rows + 1] = redis.call('HGET', care, id) or ''
  rows[#rows + 1] = redis.call('HGET', live, id) or ''
end
local present, told = {}, redis.call('HGETALL', nodes)
for at = 1, #told, 2 do
  local since, json = string.match(told[at + 1], '^(%d+)|(.*)$')
  if now - tonumber(since) < tonumber(ARGV[2]) then present[#present + 1] = json else redis.call('HDEL', nodes, told[at]) end
end
local unseen, seenAt = {}, redis.call('HGETALL', seen)
for at = 1, #seenAt, 2 do
  unseen[#unseen + 1], unseen[#unseen + 2] = seenAt[at], tostring(now - tonumber(seenAt[at + 1]))
end
return { tonumber(redis.call('GET', seq) or 0), rows, present, unseen }
