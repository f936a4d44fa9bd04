-- Every raw line, typed where its text can be read, with the first reason to reject it (null: a genuine line).
-- Reads: raw_sales, order_values, order_runs, status_meanings, guest_names, currency_rates, services.
-- Parameters: what a profile says (`clean.py`).
WITH moments AS (
    -- Many lines share an invoice: reading each distinct text once is several times faster.
    -- A year of two digits read as one of four, or a slip of the pen, is no date of trade; 1900 is what is
    -- given where the text has no year ("infinity").
    SELECT invoice_date, CASE WHEN year(moment) BETWEEN 1901 AND 2200 THEN moment END AS sold_at
    FROM (
        SELECT
            invoice_date,
            coalesce(
                try_strptime(local_date, $date_formats),
                CASE
                    WHEN $has_serial_days AND regexp_full_match(local_date, '[2-7][0-9]{4}([.][0-9]+)?')
                    THEN
                        CAST('1899-12-30' AS TIMESTAMP)
                        + CAST(floor(CAST(local_date AS DOUBLE)) AS INTEGER) * INTERVAL 1 DAY
                        + CAST(
                            round((CAST(local_date AS DOUBLE) - floor(CAST(local_date AS DOUBLE))) * 86400) AS INTEGER
                        ) * INTERVAL 1 SECOND
                END
            ) AS moment
        FROM (
            SELECT
                invoice_date,
                -- A time zone's offset is left out: an order belongs to the shop's own day.
                regexp_replace(trim(regexp_replace(invoice_date, '[\s\x{a0}\x{202f}]+', ' ', 'g')), $offset, '\1')
                    AS local_date
            FROM (
                SELECT invoice_date FROM raw_sales WHERE invoice_date IS NOT NULL
                UNION
                SELECT invoice_date FROM order_values WHERE invoice_date IS NOT NULL
            )
        )
    )
), texts AS (
    SELECT
        raw_sales.*,
        moments.sold_at,
        trim(coalesce(raw_sales.invoice, ''), $blanks) AS order_number,
        upper(trim(coalesce(raw_sales.stock_code, ''), $blanks)) AS written_code,
        nullif(upper(trim(regexp_replace(coalesce(raw_sales.description, ''), '\s+', ' ', 'g'))), '') AS product_name,
        -- Spreadsheets and float columns turn 17850 into 17850.0.
        regexp_replace(
            trim(coalesce(nullif(trim(raw_sales.customer_id, $blanks), ''), order_values.customer_id, ''), $blanks), '[.,]0+$', ''
        ) AS customer,
        trim(
            regexp_replace(coalesce(nullif(trim(raw_sales.country), ''), order_values.country, $country), '\s+', ' ', 'g')
        ) AS country_name,
        lower(trim(coalesce(nullif(trim(raw_sales.status, $blanks), ''), order_values.status, ''), $blanks)) AS status_key,
        trim(regexp_replace(translate(raw_sales.quantity, $odd, $usual), $signs, '', 'g')) AS quantity_text,
        trim(regexp_replace(translate(raw_sales.unit_price, $odd, $usual), $signs, '', 'g')) AS price_text,
        trim(regexp_replace(translate(raw_sales.line_total, $odd, $usual), $signs, '', 'g')) AS total_text,
        trim(regexp_replace(translate(raw_sales.discount, $odd, $usual), $signs, '', 'g')) AS discount_text,
        trim(regexp_replace(translate(coalesce(nullif(trim(raw_sales.order_discount), ''), order_values.order_discount), $odd, $usual), $signs, '', 'g'))
            AS order_discount_text,
        trim(regexp_replace(translate(coalesce(nullif(trim(raw_sales.order_refund), ''), order_values.order_refund), $odd, $usual), $signs, '', 'g'))
            AS order_refund_text,
        CASE
            WHEN $currency = '' THEN ''
            WHEN $has_currency
            THEN upper(trim(coalesce(nullif(trim(raw_sales.currency), ''), order_values.currency, $currency)))
            ELSE
                upper(regexp_replace(
                    translate(coalesce(raw_sales.unit_price, raw_sales.line_total, ''), $odd, $usual),
                    '[-0-9.,()+''\s]', '', 'g'
                ))
        END AS currency_key,
        coalesce(nullif(trim(raw_sales.channel, $blanks), ''), order_values.channel) AS order_channel,
        coalesce(nullif(trim(raw_sales.email_hash, $blanks), ''), order_values.email_hash) AS address_hash,
        order_runs.run
    FROM raw_sales
    LEFT JOIN order_values ON trim(raw_sales.invoice, $blanks) = order_values.order_number
    LEFT JOIN moments
        ON coalesce(nullif(raw_sales.invoice_date, ''), order_values.invoice_date) = moments.invoice_date
    LEFT JOIN order_runs
        ON raw_sales.load_id = order_runs.load_id AND raw_sales.line_number = order_runs.line_number
), numbers AS (
    SELECT
        texts.*,
        CASE WHEN $has_quantity THEN CASE
            WHEN regexp_full_match(quantity_text, $number)
            THEN CASE WHEN left(quantity_text, 1) IN ('-', '(') OR right(quantity_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(quantity_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END ELSE 1 END AS written_units,
        CASE
            WHEN regexp_full_match(price_text, $number)
            THEN CASE WHEN left(price_text, 1) IN ('-', '(') OR right(price_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(price_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END AS written_price,
        CASE
            WHEN regexp_full_match(total_text, $number)
            THEN CASE WHEN left(total_text, 1) IN ('-', '(') OR right(total_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(total_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END AS written_total,
        coalesce(CASE
            WHEN regexp_full_match(discount_text, $number)
            THEN CASE WHEN left(discount_text, 1) IN ('-', '(') OR right(discount_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(discount_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END, 0) AS line_discount,
        coalesce(CASE
            WHEN regexp_full_match(order_discount_text, $number)
            THEN CASE WHEN left(order_discount_text, 1) IN ('-', '(') OR right(order_discount_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(order_discount_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END, 0) AS order_discount_value,
        coalesce(CASE
            WHEN regexp_full_match(order_refund_text, $number)
            THEN CASE WHEN left(order_refund_text, 1) IN ('-', '(') OR right(order_refund_text, 1) = '-' THEN -1 ELSE 1 END
                * CAST(replace(replace(trim(order_refund_text, '()+- '), $thousands, ''), $decimal, '.') AS DOUBLE)
        END, 0) AS order_refund_value,
        coalesce(currency_rates.rate, 1) AS rate,
        $currency = '' OR currency_rates.rate IS NOT NULL AS has_rate,
        coalesce(status_meanings.meaning, '') AS status_meaning,
        -- Zeros that a spreadsheet took from the front of a code come back.
        CASE
            WHEN written_code = '' AND $missing_code = 'by description' THEN coalesce(product_name, '')
            WHEN written_code = '' AND $missing_code = 'one product' THEN 'ANY PRODUCT'
            WHEN regexp_full_match(written_code, '[0-9]+') AND length(written_code) < $code_digits
            THEN lpad(written_code, $code_digits, '0')
            ELSE written_code
        END AS product_code,
        CASE
            WHEN guest_names.guest_key IS NOT NULL OR customer = '' THEN NULL
            WHEN $drop_zeros AND regexp_full_match(customer, '0*[0-9]+') THEN regexp_replace(customer, '^0+([0-9])', '\1')
            WHEN $fold_case THEN lower(customer)
            ELSE customer
        END AS known_customer
    FROM texts
    LEFT JOIN status_meanings ON texts.status_key = status_meanings.status_key
    LEFT JOIN guest_names ON lower(texts.customer) = guest_names.guest_key
    LEFT JOIN currency_rates ON texts.currency_key = currency_rates.currency_key
), signed AS (
    SELECT
        *,
        CASE
            WHEN $has_price THEN written_price * rate
            ELSE written_total / nullif(CASE WHEN written_units = 0 THEN NULL ELSE abs(written_units) END, 0) * rate
        END AS signed_price,
        CASE
            -- Without order numbers a customer's day is an order; without products too, every line is one.
            WHEN NOT $has_invoice AND $missing_code <> 'one product' AND known_customer IS NOT NULL AND sold_at IS NOT NULL
            THEN concat(known_customer, ' ', CAST(CAST(sold_at AS DATE) AS VARCHAR))
            WHEN NOT $has_invoice THEN concat('line ', CAST(load_id AS VARCHAR), '-', CAST(line_number AS VARCHAR))
            ELSE order_number
        END AS invoice_number
    FROM numbers
), typed AS (
    SELECT
        *,
        -- A refund can be written as a negative quantity, price or total, or as a status.
        CASE
            WHEN status_meaning = 'returned' THEN -abs(written_units)
            WHEN $cancelled_by = 'prefix' AND starts_with(upper(invoice_number), $cancellation_prefix) THEN -abs(written_units)
            WHEN ($cancelled_by = 'sign' OR NOT $has_price) AND signed_price < 0 AND written_units > 0 THEN -written_units
            ELSE written_units
        END AS units,
        CASE
            WHEN
                signed_price < 0
                AND (
                    NOT $has_price
                    OR status_meaning = 'returned'
                    OR (written_units > 0 AND $cancelled_by = 'sign')
                )
            THEN -signed_price
            ELSE signed_price
        END AS price
    FROM signed
), signed_lines AS (
    SELECT
        *,
        status_meaning = 'returned'
        OR ($cancelled_by = 'prefix' AND starts_with(upper(invoice_number), $cancellation_prefix))
        OR ($cancelled_by = 'sign' AND units < 0) AS is_cancellation
    FROM typed
), pieced AS (
    SELECT
        *,
        -- Which piece of its kind a line is; without runs identical lines are none.
        CASE
            WHEN run IS NULL THEN 1
            ELSE ROW_NUMBER() OVER (
                PARTITION BY
                    load_id, run, invoice_number, product_code, product_name, units, sold_at, price, known_customer,
                    country_name, status_key
                ORDER BY line_number
            )
        END AS piece
    FROM signed_lines
), judged AS (
    SELECT
        *,
        -- By value, not by text: 12.5 is 12.50.
        ROW_NUMBER() OVER (
            PARTITION BY
                load_id, invoice_number, product_code, product_name, units, sold_at, price, known_customer, country_name,
                status_key, piece
            ORDER BY line_number
        ) AS occurrence
    FROM pieced
), copied AS (
    SELECT
        *,
        -- Exports that overlap have the same lines by order, product, day, units and price; what else is written of them
        -- may have changed since. As many are kept as the file with the most copies has.
        CASE WHEN $are_parts THEN ROW_NUMBER() OVER (
            PARTITION BY
                load_id, CASE WHEN $has_invoice THEN order_number ELSE coalesce(known_customer, '') END, product_code,
                CAST(sold_at AS DATE), units, price, occurrence > 1
            ORDER BY line_number
        ) END AS copy
    FROM judged
), parted AS (
    SELECT
        *,
        CASE
            WHEN $are_parts AND $later_orders_hold AND order_number <> ''
            THEN MAX(load_id) OVER (PARTITION BY order_number, CAST(sold_at AS DATE))
            WHEN $are_parts
            THEN MAX(load_id) OVER (
                PARTITION BY
                    CASE WHEN $has_invoice THEN order_number ELSE coalesce(known_customer, '') END, product_code,
                    CAST(sold_at AS DATE), units, price, occurrence > 1, copy
            )
            ELSE load_id
        END AS newest_load
    FROM copied
)
SELECT
    parted.*,
    -- No more comes off a line than it is worth.
    least(abs(line_discount), abs(units * price)) AS off_line,
    services.kind AS service_kind,
    CASE
        WHEN
            upper(trim(coalesce(invoice_date, ''))) = $date_header
            OR (
                trim(coalesce(invoice_date, '')) = ''
                AND sold_at IS NULL
                AND customer = ''
                AND (written_code = '' OR order_number = '')
                AND NOT (description IS NOT NULL AND quantity IS NULL AND unit_price IS NULL AND line_total IS NULL)
            )
        THEN 'not_a_line'
        WHEN load_id < newest_load THEN 'superseded_line'
        WHEN status_meaning = 'not counted' THEN 'status_not_counted'
        WHEN units IS NULL THEN 'unparseable_quantity'
        WHEN price IS NULL AND NOT (units = 0 AND NOT $has_price) THEN 'unparseable_price'
        WHEN sold_at IS NULL THEN 'unparseable_date'
        WHEN invoice_number = '' THEN 'missing_invoice'
        WHEN parted.product_code = '' THEN 'missing_product'
        WHEN sold_at < $first_day OR sold_at >= $end_day THEN 'date_out_of_range'
        WHEN $has_status AND status_meaning = '' AND status_key <> '' THEN 'status_unknown'
        WHEN NOT has_rate THEN 'other_currency'
        WHEN occurrence > 1 THEN 'duplicate_line'
        WHEN services.kind = 'discount' THEN 'discount_line'
        WHEN services.kind IS NOT NULL THEN 'not_a_product'
        WHEN $product_code <> '' AND NOT regexp_full_match(parted.product_code, $product_code) THEN 'not_a_product'
        WHEN price <= 0 THEN 'price_not_positive'
        WHEN units = 0 THEN 'quantity_zero'
        WHEN units < 0 AND NOT is_cancellation THEN 'negative_without_cancellation'
    END AS reason
FROM parted
LEFT JOIN services ON parted.product_code = services.product_code
