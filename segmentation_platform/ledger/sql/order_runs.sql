-- Lines of an order that stand together, where identical lines are pieces (else no rows): a till writes a line for each.
-- The same lines once more elsewhere in the ledger are an export that overlaps.
-- Reads: raw_sales. Parameters: are_pieces, blanks.
SELECT
    load_id,
    line_number,
    line_number - ROW_NUMBER() OVER (PARTITION BY load_id, trim(invoice, $blanks) ORDER BY line_number) AS run
FROM raw_sales
WHERE $are_pieces
