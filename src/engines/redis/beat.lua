-- One heartbeat of a node, and what the others have done (N1). Who has no beats any more was buried, or Redis was emptied.
-- KEYS: 1 hash node → beats, 2 set of buried nodes whose work nobody has finished taking over
-- ARGV: 1 node, 2 '1' to come (back) to life, '0' for a node that should be alive, 3 its former name (or empty), whose work is
--       to be looked at once more
-- Gives: { 1 when it was alive, { node, beats, … }, buried }
if ARGV[3] ~= '' then redis.call('SADD', KEYS[2], ARGV[3]) end
local alive = redis.call('HEXISTS', KEYS[1], ARGV[1])
if alive == 1 or ARGV[2] == '1' then redis.call('HINCRBY', KEYS[1], ARGV[1], 1) end
return { alive, redis.call('HGETALL', KEYS[1]), redis.call('SMEMBERS', KEYS[2]) }
