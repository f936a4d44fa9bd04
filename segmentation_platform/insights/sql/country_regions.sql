-- The countries that something was sold to, cancelled or not, with their regions. Reads: insight_lines.
SELECT country, MIN(region) AS region
FROM insight_lines
WHERE status = 'completed'
GROUP BY country
