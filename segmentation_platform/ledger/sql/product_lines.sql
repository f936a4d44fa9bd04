-- The genuine lines, under their final names. Reads: classified_sales.
SELECT
    load_id,
    line_number,
    invoice_number AS invoice,
    CASE WHEN is_cancellation THEN 'cancelled' ELSE 'completed' END AS status,
    product_code AS stock_code,
    nullif(upper(trim(regexp_replace(coalesce(description, ''), '\s+', ' ', 'g'))), '') AS description,
    sold_at,
    units AS quantity,
    price AS unit_price,
    -- Spreadsheets and float columns turn 17850 into 17850.0.
    nullif(regexp_replace(trim(coalesce(customer_id, '')), '[.]0+$', ''), '') AS customer_id,
    coalesce(nullif(trim(regexp_replace(coalesce(country, ''), '\s+', ' ', 'g')), ''), 'Unspecified') AS country
FROM classified_sales
WHERE reason IS NULL
