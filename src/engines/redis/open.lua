-- Opens a customer's conversation, and begins one where there is none (C1, A4, X1).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 customer, 3 life in ms, 4 node that attends (or empty), 5 its visit, 6 the customer as agents see them, as JSON,
--       7 to 9 what the node has of it (see `countCopied`)
-- Gives: the whole conversation
if field('id') == '' then
  -- Keys of the one before may live a moment longer than its first.
  redis.call('DEL', conversation, order, messages, turns, log)
  redis.call('HSET', conversation, 'id', ARGV[1], 'customer', ARGV[2])
  keepAlive(ARGV[3])
elseif redis.call('EXISTS', order) == 0 then
  keepAlive(ARGV[3])
end
if field('edition') == '' then revise() end
redis.call('HSET', conversation, 'customerCard', ARGV[6])
attend(ARGV[4], ARGV[5], ARGV[3])
return whole()
