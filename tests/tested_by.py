"""Where a module is tested that has no test file of its name in the same folder of tests/.

An entry is a module or a folder of hotrun/ and the tests of it, as paths below tests/. The entry of a folder is for all
modules in it that have neither an entry nor a test file of their own.
"""

from __future__ import annotations

TESTED_BY: dict[str, tuple[str, ...]] = {
    "errors.py": ("e2e/commands/test_bad_input.py",),
    "client.py": ("e2e/commands/test_control.py", "e2e/commands/test_requests.py"),
    "cli": ("e2e/commands",),
    "cli/go_check.py": ("go/test_go_check.py",),
    "demo": ("e2e/toolchains/test_examples.py",),
    # session: put together, it is the command itself
    "session": ("e2e/processes/test_session.py",),
    "session/dispatch.py": ("test_architecture.py", "e2e/processes/test_session.py"),
    "session/editor.py": ("e2e/dashboard/test_dashboard_editor.py",),
    "session/exports.py": ("e2e/commands/test_errors.py",),
    "session/instance.py": ("e2e/commands/test_control.py",),
    "session/parsers.py": ("core/diagnostics/test_samples.py", "session/test_diagnostics.py"),
    "session/processes.py": ("e2e/processes/test_supervision.py",),
    "session/stdout_writer.py": ("session/test_stdout.py",),
    "session/terminal.py": ("e2e/dashboard",),
    "session/unmatched.py": ("e2e/changes/test_idle_patterns.py",),
    "session/watching.py": ("e2e/changes", "e2e/processes/test_session.py"),
    # inspect and keys
    "inspect/limits.py": ("inspect/test_probe.py",),
    "inspect/scan.py": ("e2e/commands/test_doctor.py", "e2e/commands/test_why.py"),
    "inspect/walk.py": ("e2e/commands/test_cli.py",),
    "keys/names.py": ("keys/test_actions.py",),
    "keys/sequences.py": ("keys/test_decoder.py",),
    # core
    "core/inspection.py": ("core/test_engine_histories.py",),
    "core/late_imports.py": ("core/test_purity.py",),
    "core/build": ("core/build/test_builder.py", "core/build/test_unchanged_outputs.py"),
    "core/changes": ("core/test_engine.py", "core/changes/test_manual_builds.py"),
    "core/changes/history.py": ("e2e/commands/test_why.py", "session/test_requests.py"),
    "core/changes/quiescence.py": ("core/test_engine.py", "e2e/changes/test_nothing_lost.py"),
    "core/diagnostics/last_trace.py": ("session/test_diagnostics.py",),
    "core/diagnostics/json_formats": (
        "core/diagnostics/json_formats/test_documents.py",
        "core/diagnostics/test_samples.py",
    ),
    "core/diagnostics/model": ("core/diagnostics/test_samples.py",),
    "core/diagnostics/text_rules": ("core/diagnostics/test_samples.py", "core/diagnostics/text_rules/test_rules.py"),
    "core/model": ("core",),
    "core/process": ("core/process/test_supervisor.py",),
    "core/state/attention.py": ("core/test_engine.py",),
    "core/state/snapshot.py": ("views/dashboard/test_status.py", "session/test_requests.py"),
    "core/state/timing_report.py": ("core/build/test_timing.py",),
    # adapters
    "adapters/editors/launcher.py": ("e2e/dashboard/test_dashboard_editor.py",),
    "adapters/files": ("adapters/files/test_source.py", "adapters/files/test_tree.py"),
    "adapters/files/suspend.py": ("adapters/files/test_watch_failures.py",),
    "adapters/guard": ("adapters/guard/test_guard.py",),
    "adapters/guard/protocol/messages.py": ("adapters/processes/test_spawn.py", "adapters/guard/test_guard.py"),
    "adapters/guard/protocol/records.py": ("adapters/guard/test_stale_processes.py",),
    "adapters/instance/runtime_folder.py": ("adapters/instance/test_lock.py", "adapters/guard/test_stale_processes.py"),
    "adapters/os": ("adapters/os/test_process_table.py",),
    "adapters/os/cgroup.py": ("adapters/guard/test_guard.py",),
    "adapters/os/prctl.py": ("adapters/guard/test_guard.py",),
    "adapters/os/run_in_thread.py": ("adapters/readiness/test_probes.py",),
    "adapters/processes/helper_process.py": (
        "adapters/readiness/test_probes.py",
        "adapters/step_inputs/test_lister.py",
    ),
    "adapters/readiness": ("adapters/readiness/test_probes.py",),
    "adapters/step_inputs": ("adapters/step_inputs/test_lister.py",),
    # config
    "config/detect": ("config/detect/test_detect.py",),
    "config/importers": ("config/importers/test_importers.py", "config/importers/test_importers_each.py"),
    "config/loading": ("config/loading/test_wrong_configs.py", "config/loading/test_load.py"),
    "config/tables": ("config/loading/test_wrong_configs.py", "config/test_config_reference.py"),
    "config/writing": ("config/test_config_reference.py",),
    "config/writing/toml_text.py": ("config/writing/test_template.py", "config/importers/test_importers.py"),
    # go
    "go/target.py": ("go/build/test_reloading.py",),
    "go/build": ("go/build/test_building.py", "go/build/test_reloading.py"),
    "go/read": ("go/test_rows.py", "go/read/test_hostile_files.py"),
    # views
    "views/events_schema.py": ("views/lines/test_jsonl.py",),
    "views/formats/parts.py": ("views/formats/test_vim.py",),
    "views/lines/github_actions.py": ("views/lines/test_once.py",),
    "views/text/style.py": ("views/text/test_clean.py",),
    "views/dashboard": ("views/dashboard/test_dashboard.py", "views/dashboard/test_status.py"),
    "views/dashboard/screen": ("views/dashboard/screen/test_layout.py", "views/dashboard/screen/test_full_screen.py"),
}
