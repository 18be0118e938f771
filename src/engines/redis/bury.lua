-- Declares a node dead, unless it has beaten since (N1): its work is free to be taken, and it finds itself buried.
-- KEYS: 1 hash node → beats, 2 set of buried nodes
-- ARGV: 1 node, 2 the beats that were seen, or empty for a node that leaves by itself
-- Gives: 1 when it was buried now
local beats = redis.call('HGET', KEYS[1], ARGV[1])
if not beats or (ARGV[2] ~= '' and beats ~= ARGV[2]) then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
return 1
