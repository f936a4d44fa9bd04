-- The cleaned ledger. Reads: product_lines, net_quantities, product_categories, country_names.
SELECT
    line.load_id,
    line.line_number,
    line.invoice,
    line.status,
    line.stock_code,
    line.description,
    coalesce(line.own_category, product.product_category, 'OTHER') AS product_category,
    coalesce(product.product_type, 'OTHER') AS product_type,
    line.sold_at,
    CAST(year(line.sold_at) AS INTEGER) AS year,
    concat('Q', quarter(line.sold_at)) AS quarter,
    line.quantity,
    line.unit_price,
    -- Rounded to tell 15.3 from 15.299999999999999; far below the cent, so sums still reconcile.
    round(line.quantity * line.unit_price, 6) AS amount,
    coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) AS net_quantity,
    round(
        coalesce(net.net_quantity, CASE WHEN line.status = 'completed' THEN line.quantity ELSE 0 END) * line.unit_price, 6
    ) AS net_amount,
    line.customer_id,
    coalesce(names.country, line.country) AS country,
    coalesce(names.continent, 'Unknown') AS continent,
    coalesce(
        names.region, CASE WHEN names.continent = 'Europe' THEN 'Rest of Europe' ELSE 'Rest of world' END
    ) AS region,
    line.discount,
    line.channel,
    line.email_hash
FROM product_lines AS line
LEFT JOIN net_quantities AS net ON line.load_id = net.load_id AND line.line_number = net.line_number
LEFT JOIN product_categories AS product ON line.description = product.description
LEFT JOIN country_names AS names ON upper(line.country) = names.country_key
