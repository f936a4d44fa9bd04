-- Where each customer is: the region of the last purchase. Reads: known_sales.
WITH homes AS (
    SELECT
        customer_id,
        region,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY sold_at DESC, invoice DESC, country) AS place
    FROM known_sales
    WHERE customer_id IS NOT NULL AND net_quantity > 0
)
SELECT customer_id, region FROM homes WHERE place = 1 ORDER BY customer_id
