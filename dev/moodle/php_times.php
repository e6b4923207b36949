<?php
// What each request costs PHP: one JSON object a line, in the file that PHP_TIMES names. PHP's
// own server is started with this before everything else (auto_prepend_file).
// SPDX-License-Identifier: GPL-3.0-or-later

(static function () {
    $processor = static function (): float {
        $used = getrusage();
        return $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']
            + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1e6;
    };
    $began = microtime(true);
    $before = $processor();
    $bytes = 0;
    // The last thing of a request is that its output is handed over, after all that Moodle does
    // when it shuts down; so this is where it has ended.
    ob_start(static function (string $part, int $phase) use ($began, $before, $processor, &$bytes): string {
        $bytes += strlen($part);
        if ($phase & PHP_OUTPUT_HANDLER_FINAL) {
            $note = [
                // Of what is posted only this: the token stands beside it.
                'function' => (string) ($_POST['wsfunction'] ?? ''),
                'seconds' => microtime(true) - $began,
                'processor' => $processor() - $before,
                'memory' => memory_get_peak_usage(),
                'bytes' => $bytes,
            ];
            file_put_contents(getenv('PHP_TIMES'), json_encode($note) . "\n", FILE_APPEND | LOCK_EX);
        }
        return $part;
    });
})();
