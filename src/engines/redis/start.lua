-- Makes the waiting turn the running one under epoch 1, unless another one runs or the assistant is not the responder (A4, S4, H1).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 owner, 3 life in ms
-- Gives: { turnId, turn, watchers }, or nil
if not exists(ARGV[1]) or field('running') ~= '' or hands() ~= 'assistant' then return false end
local turnId = field('waiting')
local turn = readTurn(turnId)
if not turn then return false end
redis.call('HSET', conversation, 'running', turnId, 'waiting', '')
clearLog(turnId)
turn.state = 'starting'
keepAlive(ARGV[3])
local raised = raise(turnId, turn, 0, ARGV[2])
return { turnId, raised[1], raised[2] }
