-- Enters a batch of what attempts at the relay have used, once however often it is repeated (U6).
-- KEYS: 1 string, the writer's latest batch; 2 hash, the day's counts and spending; 3 stream, single records
-- ARGV: 1 number of the batch, 2 most records that are kept, 3 life of the day and 4 of the writer's mark in ms, 5 what was
--       spent in millionths, 6 how many counts follow: names and numbers in turn, then the records
-- Gives: what has been spent that day, in millionths
local writer, day, records = KEYS[1], KEYS[2], KEYS[3]
local number, most, counts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[6])

if tonumber(redis.call('GET', writer) or '0') < number then
  redis.call('HINCRBY', day, 'spent', ARGV[5])
  for at = 7, 6 + 2 * counts, 2 do redis.call('HINCRBY', day, ARGV[at], ARGV[at + 1]) end
  for at = 7 + 2 * counts, #ARGV do redis.call('XADD', records, 'MAXLEN', '~', most, '*', 'record', ARGV[at]) end
  redis.call('PEXPIRE', day, ARGV[3])
  redis.call('SET', writer, number, 'PX', ARGV[4])
end
return redis.call('HGET', day, 'spent') or '0'
