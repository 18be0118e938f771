-- Keeps the customer's opinion of the conversation; a later one replaces it.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 score and comment as JSON
-- Gives: 1, or 0 when the conversation is gone
if not exists(ARGV[1]) then return 0 end
redis.call('HSET', conversation, 'score', ARGV[2])
return 1
