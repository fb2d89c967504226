package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// cloud is the directory that stands for the account: what one stack leaves in it, another finds.
type cloud struct{ dir string }

type kept struct {
	ID     string            `json:"id"`
	Region string            `json:"region"`
	Value  string            `json:"value"`
	Tags   map[string]string `json:"tags"`
}

func (c cloud) place(kind, region, name string) string {
	return filepath.Join(c.dir, kind, region, url.PathEscape(name)+".json")
}

func (c cloud) keep(kind, region, name string, one kept) error {
	if c.dir == "" {
		return nil
	}
	data, err := json.Marshal(one)
	if err != nil {
		return err
	}
	path := c.place(kind, region, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func (c cloud) forget(kind, region, name string) error {
	if c.dir == "" {
		return nil
	}
	if err := os.Remove(c.place(kind, region, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (c cloud) find(kind, region, name string) (kept, bool, error) {
	if c.dir == "" {
		return kept{}, false, nil
	}
	data, err := os.ReadFile(c.place(kind, region, name))
	if errors.Is(err, os.ErrNotExist) {
		return kept{}, false, nil
	}
	if err != nil {
		return kept{}, false, err
	}
	var one kept
	if err := json.Unmarshal(data, &one); err != nil {
		return kept{}, false, fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return one, true, nil
}

func (c cloud) all(kind, region string) ([]kept, error) {
	paths, err := filepath.Glob(filepath.Join(c.dir, kind, region, "*.json"))
	if err != nil || c.dir == "" {
		return nil, err
	}
	var found []kept
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var one kept
		if err := json.Unmarshal(data, &one); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		found = append(found, one)
	}
	return found, nil
}
