-- Conversations that are over.
-- ARGV: their ids
-- Gives: 1
for _, id in ipairs(ARGV) do
  if redis.call('HDEL', care, id) + redis.call('HDEL', live, id) > 0 then changed(id) end
end
return 1
