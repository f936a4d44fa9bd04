-- The known sales and cancellations with all that figures are told by. Reads: known_sales, sold_products,
-- segment_members. A product has one category, that of the catalog, OTHER if it was never sold but only cancelled;
-- guests are in no segment.
SELECT
    sales.invoice,
    sales.status,
    sales.stock_code,
    sales.customer_id,
    sales.country,
    sales.region,
    CAST(sales.sold_at AS DATE) AS sold_on,
    CAST(date_trunc('month', sales.sold_at) AS DATE) AS period,
    CASE WHEN sales.customer_id IS NULL THEN 'guests' ELSE 'customers' END AS buyers,
    coalesce(products.category, 'OTHER') AS category,
    CASE WHEN sales.customer_id IS NOT NULL THEN coalesce(members.segment, '(none)') END AS segment,
    abs(sales.quantity) AS units,
    abs(sales.quantity) * sales.unit_price AS money,
    sales.net_quantity,
    sales.net_amount
FROM known_sales AS sales
LEFT JOIN sold_products AS products ON sales.stock_code = products.stock_code
LEFT JOIN segment_members AS members ON sales.customer_id = members.customer_id
