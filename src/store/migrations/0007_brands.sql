-- The sentiment about single brands, of the few mentions that speak of them otherwise than as a
-- whole: JSON of watchlist, label, score and why; NULL elsewhere. Last, since a row that ends before
-- it has NULL.
ALTER TABLE mentions ADD COLUMN brands TEXT;
