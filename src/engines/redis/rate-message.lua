-- Keeps the customer's opinion of one answer; a later one replaces it.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 messageId, 3 rating
-- Gives: 1, or 0 when there is no such answer
local json = exists(ARGV[1]) and redis.call('HGET', messages, ARGV[2])
if not json or textField(json, 'author') == 'customer' then return 0 end
local bare = string.gsub(json, ',"rating":"%a+"}$', '}')
revise()
redis.call('HSET', messages, ARGV[2], string.sub(bare, 1, -2) .. ',"rating":"' .. ARGV[3] .. '"}')
return 1
