-- Keeps pieces of many answers at once, each in its own log (S8).
-- KEYS: the logs
-- ARGV: for each log a field and its text
-- Gives: for each why it was refused, or ''
local refused = {}
for at, log in ipairs(KEYS) do
  local reply = redis.pcall('HSET', log, ARGV[2 * at - 1], ARGV[2 * at])
  refused[at] = type(reply) == 'table' and reply.err or ''
end
return refused
