-- Messages that wait, by the channel that they leave by. The channel stands after the message in a
-- row, so that without this each look at the queue read through every message.
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (channel, next) WHERE state = 'waiting';
