-- Every raw line, typed where its text can be read, with the first reason to reject it (null: a genuine line).
-- Reads: raw_sales. Parameters: date_formats, product_code, cancellation_prefix.
WITH moments AS (
    -- Many lines share an invoice: reading each distinct text once is several times faster.
    -- A year of two digits read as one of four, or a slip of the pen, is no date of trade; 1900 is what is
    -- given where the text has no year ("infinity").
    SELECT invoice_date, CASE WHEN year(moment) BETWEEN 1901 AND 2200 THEN moment END AS sold_at
    FROM (
        SELECT invoice_date, try_strptime(trim(invoice_date), $date_formats) AS moment
        FROM (SELECT DISTINCT invoice_date FROM raw_sales WHERE invoice_date IS NOT NULL)
    )
), typed AS (
    SELECT
        raw_sales.*,
        moments.sold_at,
        -- Nine digits are more than anybody sells; without a bound a slip could become infinite.
        CASE
            WHEN regexp_full_match(trim(quantity), '[+-]?([0-9]{1,9}([.][0-9]*)?|[.][0-9]+)')
            THEN CAST(trim(quantity) AS DOUBLE)
        END AS units,
        CASE
            WHEN regexp_full_match(
                trim(unit_price), '[+-]?([0-9]{1,9}([.][0-9]*)?|[.][0-9]+)([eE](-[0-9]{1,2}|[+]?0?[0-9]))?'
            )
            THEN CAST(trim(unit_price) AS DOUBLE)
        END AS price,
        trim(coalesce(invoice, '')) AS invoice_number,
        upper(trim(coalesce(stock_code, ''))) AS product_code,
        starts_with(upper(trim(coalesce(invoice, ''))), $cancellation_prefix) AS is_cancellation,
        ROW_NUMBER() OVER (
            PARTITION BY
                invoice, stock_code, description, quantity, raw_sales.invoice_date, unit_price, customer_id, country
            ORDER BY load_id, line_number
        ) AS occurrence
    FROM raw_sales
    LEFT JOIN moments ON raw_sales.invoice_date = moments.invoice_date
)
SELECT
    *,
    CASE
        WHEN units IS NULL THEN 'unparseable_quantity'
        WHEN price IS NULL THEN 'unparseable_price'
        WHEN sold_at IS NULL THEN 'unparseable_date'
        WHEN invoice_number = '' THEN 'missing_invoice'
        WHEN product_code = '' THEN 'missing_product'
        WHEN occurrence > 1 THEN 'duplicate_line'
        WHEN NOT regexp_full_match(product_code, $product_code) THEN 'not_a_product'
        WHEN price <= 0 THEN 'price_not_positive'
        WHEN units = 0 THEN 'quantity_zero'
        WHEN units < 0 AND NOT is_cancellation THEN 'negative_without_cancellation'
    END AS reason
FROM typed
