-- The cleaned ledger. Reads: product_lines, net_quantities, product_categories, continents, own_regions.
SELECT
    line.load_id,
    line.line_number,
    line.invoice,
    line.status,
    line.stock_code,
    line.description,
    coalesce(product.product_category, 'OTHER') AS product_category,
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
    line.country,
    coalesce(continents.continent, 'Unknown') AS continent,
    coalesce(
        own_regions.region,
        CASE WHEN continents.continent = 'Europe' THEN 'Rest of Europe' ELSE 'Rest of world' END
    ) AS region
FROM product_lines AS line
LEFT JOIN net_quantities AS net ON line.load_id = net.load_id AND line.line_number = net.line_number
LEFT JOIN product_categories AS product ON line.description = product.description
LEFT JOIN continents ON upper(line.country) = continents.country_key
LEFT JOIN own_regions ON upper(line.country) = own_regions.country_key
